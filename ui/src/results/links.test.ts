import { expect, test } from "vitest";
import { cellLink } from "./links";

const trace = "0123456789abcdef0123456789abcdef";
const span = "0123456789abcdef";
const link = (columns: Record<string, unknown>, name: string) => {
  const names = Object.keys(columns);
  return cellLink(
    names.map((one) => ({ name: one })),
    Object.values(columns),
    names.indexOf(name),
  );
};

test("a trace id leads to its trace, whatever its column is called as long as it says trace", () => {
  expect(link({ trace_id: trace }, "trace_id")).toEqual({ to: "trace", traceId: trace });
  expect(link({ example_trace: trace }, "example_trace")).toEqual({ to: "trace", traceId: trace });
});

test("other hashes and ids lead nowhere", () => {
  expect(link({ score_id: trace }, "score_id")).toBeNull();
  expect(link({ "md5(input)": trace }, "md5(input)")).toBeNull();
  expect(link({ trace_id: "abc" }, "trace_id")).toBeNull();
  expect(link({ trace_id: null }, "trace_id")).toBeNull();
  expect(link({ trace_count: 12 }, "trace_count")).toBeNull();
});

test("a span id leads into the trace of its row", () => {
  expect(link({ span_id: span, trace_id: trace }, "span_id")).toEqual({
    to: "trace",
    traceId: trace,
    spanId: span,
  });
  expect(link({ trace_id: trace, parent_span_id: span }, "parent_span_id")).toEqual({
    to: "trace",
    traceId: trace,
    spanId: span,
  });
  expect(link({ span_id: span }, "span_id")).toBeNull();
});

test("a session's name leads to the session, a count of sessions does not", () => {
  expect(link({ session_id: "a b" }, "session_id")).toEqual({ to: "session", sessionId: "a b" });
  expect(link({ "attributes.session.id": "x" }, "attributes.session.id")).toEqual({
    to: "session",
    sessionId: "x",
  });
  expect(link({ sessions: 4 }, "sessions")).toBeNull();
  expect(link({ session_note: "x" }, "session_note")).toBeNull();
});
