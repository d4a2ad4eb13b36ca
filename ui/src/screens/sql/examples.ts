/** A question that any folder of traces can answer. */
export interface Example {
  title: string;
  what: string;
  sql: string;
}

const example = (title: string, what: string, sql: string): Example => ({
  title,
  what,
  sql: `-- ${title}\n${sql.trim()}`,
});

export const EXAMPLES: readonly Example[] = [
  example(
    "Slowest models",
    "Median and 95th percentile of each model, and its slowest call",
    `
SELECT model_id,
       count(*) AS calls,
       round(median(duration_ns) / 1e6, 1) AS p50_ms,
       round(quantile_cont(duration_ns, 0.95) / 1e6, 1) AS p95_ms,
       arg_max(trace_id, duration_ns) AS slowest_trace
FROM spans
WHERE model_id IS NOT NULL AND duration_ns IS NOT NULL
GROUP BY model_id
ORDER BY p95_ms DESC`,
  ),
  example(
    "Cost by user",
    "What each user cost, and what one request of theirs costs",
    `
SELECT user_id,
       sum(cost_micros) / 1e6 AS cost_usd,
       count(*) AS traces,
       sum(cost_micros) / 1e6 / count(*) AS usd_per_trace
FROM traces
GROUP BY user_id
ORDER BY cost_usd DESC NULLS LAST
LIMIT 30`,
  ),
  example(
    "Error rate by hour",
    "How large a part of the traces failed, over time",
    `
SELECT time_bucket(INTERVAL 1 HOUR, start_time) AS hour,
       count_if(status_code = 'error') / count(*) AS error_rate
FROM traces
GROUP BY hour
ORDER BY hour`,
  ),
  example(
    "Tokens by model over time",
    "Input and output together, an hour a point",
    `
SELECT time_bucket(INTERVAL 1 HOUR, start_time) AS hour,
       model_id,
       sum(total_tokens) AS tokens
FROM spans
WHERE model_id IS NOT NULL AND NOT coalesce(usage_repeated, false)
GROUP BY hour, model_id
ORDER BY hour`,
  ),
  example(
    "Most repeated prompts",
    "The same input again and again: what a cache would save",
    `
SELECT count(*) AS times,
       any_value(input_preview) AS input,
       sum(cost_micros) / 1e6 AS cost_usd,
       count(DISTINCT user_id) AS users,
       any_value(trace_id) AS example_trace
FROM spans
WHERE inference_type = 'llm' AND input IS NOT NULL
GROUP BY input_hash
HAVING count(*) > 1
ORDER BY times DESC
LIMIT 50`,
  ),
  example(
    "Token outliers",
    "Calls with far more tokens than their model's calls usually have",
    `
SELECT trace_id, span_id, model_id, total_tokens,
       round(total_tokens / usual, 1) AS times_usual
FROM (
    SELECT *, median(total_tokens) OVER (PARTITION BY model_id) AS usual
    FROM spans
    WHERE model_id IS NOT NULL AND total_tokens > 0
)
WHERE total_tokens > 2 * usual
ORDER BY times_usual DESC
LIMIT 100`,
  ),
  example(
    "What fails most",
    "Errors by type and place, with one trace of each to look at",
    `
SELECT error_type, operation_name,
       count(*) AS times,
       max(start_time) AS last_seen,
       arg_max(trace_id, start_time) AS latest_trace
FROM spans
WHERE status_code = 'error'
GROUP BY error_type, operation_name
ORDER BY times DESC
LIMIT 50`,
  ),
  example(
    "Where the time goes",
    "Time by kind of work, and how long one piece takes",
    `
SELECT coalesce(inference_type, 'other') AS kind,
       round(sum(duration_ns) / 1e9, 2) AS seconds,
       count(*) AS spans,
       round(avg(duration_ns) / 1e6, 2) AS mean_ms
FROM spans
GROUP BY kind
ORDER BY seconds DESC`,
  ),
  example(
    "Longest conversations",
    "Sessions with the most turns, and what they cost",
    `
SELECT session_id,
       count(*) AS turns,
       any_value(user_id) AS user_id,
       sum(cost_micros) / 1e6 AS cost_usd,
       max(start_time) AS last_turn
FROM traces
WHERE session_id IS NOT NULL
GROUP BY session_id
ORDER BY turns DESC
LIMIT 50`,
  ),
  example(
    "Attributes in use",
    "Which attributes spans carry, how often, and with how many values",
    `
SELECT key,
       count(*) AS spans,
       approx_count_distinct(value) AS different_values,
       any_value(value) AS example
FROM (SELECT unnest(map_entries(attributes), recursive := true) FROM spans)
GROUP BY key
ORDER BY spans DESC`,
  ),
];
