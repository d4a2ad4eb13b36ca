"""Numbers over many traces: totals, series, breakdowns, facets, costs.

A **request** is a trace, except where a breakdown is by something that belongs to
a span (model, provider, tool, kind, error) and in costs: there it is a call, a
span. Tokens and costs count each call once: a span whose call one below it
records as well (`usage_repeated`) is left out. Costs are of priced calls; where
none is priced they are None, never 0.

Each function asks the folder once or twice, over the whole scope. Percentiles are exact.
"""
