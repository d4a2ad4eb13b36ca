export interface StackLine {
  readonly kind: "frame" | "code" | "error" | "note";
  readonly text: string;
}

const FRAME = /^\s*(File ".*", line \d+|at .+(:\d+|\)|native\))|\S+\.go:\d+)/;
const ERROR = /^[\w.$]*(Error|Exception|Warning|Interrupt|Exit|Fault|Panic)\b|^[\w.$]+: \S|^panic: /;

/** The lines of a stack trace by what they are, in the ways of Python, JavaScript, Java and Go. */
export function stackLines(stack: string): StackLine[] {
  return stack
    .replace(/\s+$/, "")
    .split("\n")
    .map((text) => ({ kind: kindOf(text), text }));
}

function kindOf(text: string): StackLine["kind"] {
  if (FRAME.test(text)) return "frame";
  if (/^\s/.test(text)) return "code";
  return ERROR.test(text) ? "error" : "note";
}
