import { expect, test } from "vitest";
import { shellQuoted, toCurl } from "./curl";
import { toMarkdown } from "./markdown";
import { pythonLiteral, toPython } from "./python";
import { type ModelRequest, requestOf } from "./request";
import { spanOf } from "./span.testing";

const request = (change = {}) => requestOf(spanOf(change)) as ModelRequest;

test("a call in OpenAI's protocol has results of tools as messages of their own", () => {
  const { body, protocol } = request();
  expect(protocol).toBe("openai");
  expect(body).toEqual({
    model: "gpt-4o",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Where's my order?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "c1", type: "function", function: { name: "lookup", arguments: '{"order":"A1"}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: '{"state":"shipped"}' },
    ],
    temperature: 0.2,
    max_tokens: 64,
    tools: [{ type: "function", function: { name: "lookup", parameters: { type: "object" } } }],
  });
});

test("a call of Anthropic's has its system instructions apart and results in a user's turn", () => {
  const { body } = request({ provider: "anthropic", model_id: "claude-sonnet-4-5" });
  expect(body.system).toBe("Be brief.");
  expect(body.max_tokens).toBe(64);
  expect((body.messages as { role: string }[]).map((message) => message.role)).toEqual([
    "user",
    "assistant",
    "user",
  ]);
  expect(body.tools).toEqual([{ name: "lookup", input_schema: { type: "object" } }]);
});

test("what is no call of a model has no request", () => {
  expect(requestOf(spanOf({ kind: "tool", model_id: null }))).toBeNull();
});

test("an embedding is asked with its texts, at the server it was asked from", () => {
  const asked = request({
    kind: "embedding",
    chat: null,
    provider: "vllm",
    input: ["a", "b"],
    attributes: { "server.address": "gpu.example.org", "server.port": 8443 },
  });
  expect([asked.base, asked.body]).toEqual([
    "https://gpu.example.org:8443/v1",
    { model: "gpt-4o", input: ["a", "b"] },
  ]);
});

test("the command names keys, never writes them, and quotes what is the shell's", () => {
  const command = toCurl(request());
  expect(command).toContain("curl 'https://api.openai.com/v1/chat/completions'");
  expect(command).toContain("Bearer $OPENAI_API_KEY");
  expect(command).toContain("Where'\\''s my order?");
  expect(shellQuoted("$(rm -rf)")).toBe("'$(rm -rf)'");
  expect(toCurl(request({ provider: "anthropic" }))).toContain("/v1/messages'");
});

test("Python gets its own words for what JSON has", () => {
  expect(pythonLiteral({ a: [true, false, null], b: 'ü\n"' })).toBe(
    '{"a": [True, False, None], "b": "ü\\n\\""}',
  );
  const code = toPython(request({ provider: "groq" }));
  expect(code).toContain('client = OpenAI(base_url="https://api.groq.com/openai/v1")');
  expect(code).toContain('response = client.chat.completions.create(\n    model="gpt-4o",');
  expect(toPython(request({ provider: "anthropic" }))).toContain("from anthropic import Anthropic");
});

test("Markdown has the conversation, and fences that what is inside cannot close", () => {
  const text = toMarkdown(spanOf({ operation_name: "chat *plan*" }));
  expect(text).toContain("## chat \\*plan\\*");
  expect(text).toContain("**Call of `lookup`**");
  expect(text).toContain("> Look it up.");
  const odd = toMarkdown(spanOf({ chat: null, input: "```js\n1\n```" }));
  expect(odd).toContain("````\n```js");
});

test("an exception stands before what was said", () => {
  const text = toMarkdown(
    spanOf({
      events: [
        {
          name: "exception",
          time: "2026-11-21T09:30:00.000000000Z",
          offset_ns: 0,
          attributes: {
            "exception.type": "ValueError",
            "exception.message": "no",
            "exception.stacktrace": "Traceback\n",
          },
        },
      ],
    }),
  );
  expect(text).toContain("### ValueError: no\n\n```\nTraceback\n```");
});
