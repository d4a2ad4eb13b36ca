import {
  ArrowUpDown,
  Binary,
  Bot,
  Box,
  BrainCircuit,
  CircleDot,
  Database,
  FileText,
  FlaskConical,
  Globe,
  Link as LinkIcon,
  type LucideIcon,
  MessageSquareText,
  ScanSearch,
  ShieldCheck,
  Wrench,
} from "lucide-react";
import styles from "./kinds.module.css";

interface Kind {
  label: string;
  icon: LucideIcon;
  /** A CSS colour of the theme. */
  color: string;
}

const kind = (label: string, icon: LucideIcon, token: string): Kind => ({
  label,
  icon,
  color: `var(--kind-${token})`,
});

const UNKNOWN = kind("Span", CircleDot, "unknown");

/** What every kind of span looks like, everywhere. */
export const KINDS: Readonly<Record<string, Kind>> = {
  llm: kind("LLM", MessageSquareText, "llm"),
  embedding: kind("Embedding", Binary, "embedding"),
  retriever: kind("Retriever", ScanSearch, "retriever"),
  reranker: kind("Reranker", ArrowUpDown, "reranker"),
  tool: kind("Tool", Wrench, "tool"),
  agent: kind("Agent", Bot, "agent"),
  chain: kind("Chain", LinkIcon, "chain"),
  guardrail: kind("Guardrail", ShieldCheck, "guardrail"),
  evaluator: kind("Evaluator", FlaskConical, "evaluator"),
  prompt: kind("Prompt", FileText, "prompt"),
  memory: kind("Memory", BrainCircuit, "memory"),
  http: kind("HTTP", Globe, "http"),
  db: kind("Database", Database, "db"),
  task: kind("Task", Box, "task"),
};

/** The look of a kind; one nobody has heard of gets the neutral look. */
export function kindOf(name: string | null | undefined): Kind {
  return KINDS[(name ?? "").toLowerCase()] ?? UNKNOWN;
}

/** The icon of a kind in its colour; `label` writes the name beside it. */
export function KindIcon({ kind: name, label }: { kind: string | null | undefined; label?: boolean }) {
  const { icon: Icon, color, label: words } = kindOf(name);
  return (
    <span className={styles.kind} title={label ? undefined : words}>
      <Icon style={{ color }} role={label ? undefined : "img"} aria-label={label ? undefined : words} />
      {label && words}
    </span>
  );
}
