import { Bot, Cog, type LucideIcon, MessageSquare, User, Wrench } from "lucide-react";
import { Badge, CopyButton, classes } from "@/design";
import type { ContentPart } from "../../types";
import { type Look, prettyJson } from "../Value";
import styles from "./chat.module.css";
import { Part } from "./Part";
import type { Shown, Turn } from "./pairs";

const ROLES: Readonly<Record<string, LucideIcon>> = {
  system: Cog,
  developer: Cog,
  user: User,
  human: User,
  assistant: Bot,
  ai: Bot,
  tool: Wrench,
  function: Wrench,
};

/** One message: who said it, and what. */
export function MessageCard({ turn, look }: { turn: Turn; look: Look }) {
  const Icon = ROLES[turn.role] ?? MessageSquare;
  const stopped = turn.finishReason && turn.finishReason !== "stop" ? turn.finishReason : null;
  return (
    <article className={classes(styles.message, turn.answer && styles.answer)} data-role={turn.role}>
      <header>
        <Icon aria-hidden />
        <strong>{turn.role}</strong>
        {turn.answer && <Badge tone="accent">{turn.choice ? `answer ${turn.choice}` : "answer"}</Badge>}
        {stopped && <Badge tone={stopped === "tool_call" ? "neutral" : "warn"}>{stopped}</Badge>}
        <span className={styles.copy}>
          <CopyButton label="Copy message" text={() => turn.parts.map(plain).join("\n\n")} />
        </span>
      </header>
      <div className={styles.parts}>
        {turn.parts.map((shown, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing but their place.
          <Part key={index} shown={shown} look={look} />
        ))}
      </div>
    </article>
  );
}

function plain({ part, result }: Shown): string {
  const text = (one: ContentPart) =>
    one.text ?? prettyJson(one.arguments ?? one.result ?? one.value ?? one.url);
  return result ? `${part.name ?? "tool"} ${text(part)}\n→ ${text(result)}` : text(part);
}
