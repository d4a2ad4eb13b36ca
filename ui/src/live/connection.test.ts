import { expect, it } from "vitest";
import { readMessage, waitMs } from "./connection";

it("waits twice as long each time, up to a quarter of a minute", () => {
  expect(waitMs(0, 1)).toBe(500);
  expect(waitMs(3, 1)).toBe(4000);
  expect(waitMs(30, 1)).toBe(15_000);
  expect(waitMs(3, 0)).toBe(2000);
});

it("reads messages, and nothing else", () => {
  expect(readMessage('{"type":"trace","payload":{"trace_id":"a"},"timestamp":"t"}')).toEqual({
    type: "trace",
    payload: { trace_id: "a" },
    timestamp: "t",
  });
  expect(readMessage('{"type":"pong"}')).toEqual({ type: "pong", payload: null, timestamp: "" });
  for (const text of ["", "[1]", "null", '{"type":1}', new ArrayBuffer(2)])
    expect(readMessage(text)).toBeNull();
});
