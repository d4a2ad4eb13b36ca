"""What the API takes and gives, as models: the OpenAPI document is made of them.

Times are RFC 3339 in UTC with nanoseconds. What is not known is null, never 0.
"""
