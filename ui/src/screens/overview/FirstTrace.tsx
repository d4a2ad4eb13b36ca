import type { Info } from "@/api/types";
import { CopyButton, Spinner } from "@/design";
import styles from "./FirstTrace.module.css";

const program = (folder: string) => `import pyflare

pyflare.init(
    service="my-app",
    path=${JSON.stringify(folder)},
)

@pyflare.trace
def answer(question: str) -> str:
    return "It is on its way."

answer("Where is my order?")`;

/** A path as a shell takes it. */
const inShell = (path: string) => (/^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

const receiver = (folder: string) => `pyflare serve --path ${inShell(folder)}

# where the program runs
export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;

/** What to do with an empty folder: the shortest ways to a first trace, and a screen that changes by itself when it comes. */
export function FirstTrace({ info }: { info: Info }) {
  return (
    <div className={styles.page}>
      <header>
        <h2>Nothing is traced yet</h2>
        <p>
          This is <code>{info.path}</code>. As soon as a program writes a trace here, it shows up on this
          page.
        </p>
      </header>
      <ol className={styles.ways}>
        <Way title="Trace a Python program" code={program(info.path)}>
          Run this, or put the decorator on a function of your own.
        </Way>
        <Way title="Send traces from OpenTelemetry" code={receiver(info.path)}>
          Start the receiver, and point any program that speaks OTLP at it.
        </Way>
      </ol>
      <p className={styles.waiting}>
        <Spinner label="Waiting for the first trace" /> Waiting for the first trace …
      </p>
    </div>
  );
}

function Way({ title, code, children }: { title: string; code: string; children: string }) {
  return (
    <li className={styles.way}>
      <h3>{title}</h3>
      <p>{children}</p>
      <div className={styles.code}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
        <pre tabIndex={0}>{code}</pre>
        <CopyButton text={code} label="Copy the code" />
      </div>
    </li>
  );
}
