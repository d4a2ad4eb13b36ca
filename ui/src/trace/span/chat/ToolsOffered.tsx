import { ChevronRight, Wrench } from "lucide-react";
import { JsonView } from "@/design";
import styles from "./chat.module.css";

/** The definitions of the tools that the model could have called. */
export function ToolsOffered({ tools }: { tools: readonly unknown[] }) {
  const named = tools.map(definition);
  return (
    <details className={styles.offered}>
      <summary>
        <ChevronRight className={styles.turn} />
        <Wrench />
        {tools.length} {tools.length === 1 ? "tool" : "tools"} offered
        <span className={styles.faint}>{named.map((tool) => tool.name).join(", ")}</span>
      </summary>
      {named.map((tool, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two tools may have one name.
        <section key={index}>
          <h4>{tool.name}</h4>
          {tool.description && <p>{tool.description}</p>}
          <JsonView value={tool.parameters} open={1} />
        </section>
      ))}
    </details>
  );
}

function definition(tool: unknown): { name: string; description: string | null; parameters: unknown } {
  const given = (typeof tool === "object" && tool !== null ? tool : {}) as Record<string, unknown>;
  const inner = (typeof given.function === "object" && given.function ? given.function : given) as Record<
    string,
    unknown
  >;
  return {
    name: typeof inner.name === "string" ? inner.name : "unnamed",
    description: typeof inner.description === "string" ? inner.description : null,
    parameters: inner.parameters ?? inner.input_schema ?? tool,
  };
}
