import { expect, test } from "vitest";
import { bucketsOf, outputRate } from "./usage";

const NONE = {
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  reasoning_tokens: null,
  input_audio_tokens: null,
  output_audio_tokens: null,
};

test("sorts of tokens add up to input and output", () => {
  const buckets = bucketsOf({
    ...NONE,
    input_tokens: 100,
    cache_read_tokens: 60,
    output_tokens: 30,
    reasoning_tokens: 20,
  });
  expect(buckets.map(({ name, tokens }) => [name, tokens])).toEqual([
    ["Input", 40],
    ["Read from cache", 60],
    ["Output", 10],
    ["Reasoning", 20],
  ]);
});

test("nothing known is no bucket", () => {
  expect(bucketsOf(NONE)).toEqual([]);
});

test("the rate leaves out the wait for the first chunk", () => {
  expect(outputRate({ output_tokens: 50, duration_ms: 1500, time_to_first_chunk_ms: 500 })).toBe(50);
  expect(outputRate({ output_tokens: 50, duration_ms: 1000, time_to_first_chunk_ms: null })).toBe(50);
  expect(outputRate({ output_tokens: null, duration_ms: 1000, time_to_first_chunk_ms: null })).toBeNull();
});
