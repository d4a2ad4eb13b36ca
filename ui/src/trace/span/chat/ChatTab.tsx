import { useState } from "react";
import { Badge, Button, Segmented } from "@/design";
import type { Span } from "../../types";
import { asText } from "../attributes";
import { parametersOf } from "../parameters";
import type { Look } from "../Value";
import styles from "./chat.module.css";
import { Documents } from "./Documents";
import { MessageCard } from "./MessageCard";
import { turnsOf } from "./pairs";
import { ToolsOffered } from "./ToolsOffered";

const LAST = 40;

/** The span as a conversation: what went in, what came out, and what the model was given to work with. */
export function ChatTab({ span }: { span: Span }) {
  const [look, setLook] = useState<Look>("rendered");
  const [all, setAll] = useState(false);
  const chat = span.chat;
  if (!chat) return null;
  const turns = turnsOf(chat.messages, chat.answers);
  const hidden = all ? 0 : Math.max(0, turns.length - LAST);
  return (
    <div className={styles.chat}>
      <div className={styles.bar}>
        <Parameters span={span} />
        <Segmented<Look>
          label="Messages are shown"
          value={look}
          onChange={setLook}
          options={[
            { value: "rendered", label: "Rendered" },
            { value: "raw", label: "Raw" },
          ]}
        />
      </div>
      {chat.tools.length > 0 && <ToolsOffered tools={chat.tools} />}
      {(span.input_ref || span.output_ref) && (
        <p className={styles.shortened}>
          Too large to be shown whole here: see Input / Output for all of it.
        </p>
      )}
      {hidden > 0 && <Button onClick={() => setAll(true)}>Show {hidden} earlier messages</Button>}
      {turns.slice(hidden).map((turn, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have nothing but their place.
        <MessageCard key={hidden + index} turn={turn} look={look} />
      ))}
      {chat.documents.length > 0 && <Documents documents={chat.documents} />}
    </div>
  );
}

function Parameters({ span }: { span: Span }) {
  const parameters = Object.entries(parametersOf(span));
  return (
    <div className={styles.parameters}>
      {span.model_id && <Badge tone="info">{span.model_id}</Badge>}
      {parameters.map(([name, value]) => (
        <Badge key={name} title={`${name} = ${asText(value)}`}>
          {name} {asText(value).slice(0, 40)}
        </Badge>
      ))}
    </div>
  );
}
