import { Bot, ChevronRight, Cog } from "lucide-react";
import { classes } from "@/design";
import chat from "@/trace/span/chat/chat.module.css";
import { Part } from "@/trace/span/chat/Part";
import { turnsOf } from "@/trace/span/chat/pairs";
import type { Message } from "@/trace/types";
import styles from "./TurnView.module.css";

/** A message as in a chat: people speak from the right, in a bubble; what answers writes on the left, on the page. */
export function Bubble({ message }: { message: Message }) {
  const [turn] = turnsOf([message], []);
  if (!turn) return null;
  const parts = turn.parts.map((shown, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing but their place.
    <Part key={index} shown={shown} look="rendered" />
  ));
  if (/^(system|developer)$/.test(message.role)) {
    return (
      <details className={styles.system}>
        <summary>
          <ChevronRight aria-hidden />
          <Cog aria-hidden />
          {message.role} message
        </summary>
        {parts}
      </details>
    );
  }
  const person = /^(user|human)$/.test(message.role);
  return (
    <div className={classes(styles.message, person ? styles.person : styles.answer)}>
      {!person && <Bot className={styles.who} aria-hidden />}
      <div className={styles.said}>
        <span className="visually-hidden">{message.role}: </span>
        {!person && message.role !== "assistant" && <span className={styles.role}>{message.role}</span>}
        <div className={chat.chat}>{parts}</div>
      </div>
    </div>
  );
}
