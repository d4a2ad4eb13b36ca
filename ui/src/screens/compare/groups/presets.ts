import { quoted } from "@/state/scope";

/** Two groups that are often compared. */
export interface Preset {
  title: string;
  what: string;
  a: string;
  /** Empty for everything else. */
  b: string;
  /** Whether the time range must go, because the groups are chosen by time themselves. */
  allTime?: boolean;
}

export interface PresetFacts {
  /** The slowest twentieth of the traces in scope took longer. */
  p95Ms: number | null;
  /** When the latest trace began, in milliseconds; null in an empty folder. */
  lastAt: number | null;
  now: number;
  /** The field that names releases, and its values. */
  releases: { field: string; values: readonly string[] } | null;
}

/** The presets that this folder has the data for. */
export function presetsOf(facts: PresetFacts): Preset[] {
  const errors = {
    title: "Errors against ok",
    what: "What do failures have in common?",
    a: "status = error",
    b: "status != error",
  };
  return [errors, ...slow(facts), ...days(facts), ...releases(facts)];
}

function slow({ p95Ms }: PresetFacts): Preset[] {
  if (!p95Ms) return [];
  const bound = `${p95Ms >= 100 ? Math.round(p95Ms) : Number(p95Ms.toPrecision(3))}ms`;
  return [
    {
      title: "Slow against fast",
      what: "What sets the slowest twentieth apart?",
      a: `latency > ${bound}`,
      b: `latency <= ${bound}`,
    },
  ];
}

function days({ lastAt, now }: PresetFacts): Preset[] {
  if (lastAt === null) return [];
  const day = new Date(lastAt);
  const start = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const before = new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1);
  const today = new Date(now).toDateString() === day.toDateString();
  return [
    {
      title: today ? "Today against yesterday" : "Last day against the one before",
      what: "What is new?",
      a: `started >= ${utc(start)}`,
      b: `started >= ${utc(before)} and started < ${utc(start)}`,
      allTime: true,
    },
  ];
}

const utc = (at: Date) =>
  at
    .toISOString()
    .replace(/:\d{2}\.\d{3}Z$/, "Z")
    .replace(/Z$/, ":00Z");

function releases({ releases }: PresetFacts): Preset[] {
  const [latest, former] = [...(releases?.values ?? [])].sort(byVersion);
  if (!releases || !latest || !former) return [];
  return [
    {
      title: `Release ${latest} against ${former}`,
      what: "What did the new one change?",
      a: `${releases.field} = ${quoted(latest)}`,
      b: `${releases.field} = ${quoted(former)}`,
      allTime: true,
    },
  ];
}

/** Versions, the highest first: 2.10.0 before 2.9.1. */
function byVersion(a: string, b: string): number {
  return b.localeCompare(a, "en", { numeric: true });
}
