import { useCallback, useRef, useState } from "react";
import { writeScore } from "@/api/scores";
import { toast } from "@/design";

/** A judgement as lists show it: its value, its label, or null for none. */
export type Shown = number | string | null;

export interface Judgement {
  value: number | null;
  word: string | null;
  comment: string | null;
}

export const NO_JUDGEMENT: Judgement = { value: null, word: null, comment: null };

export const shownOf = ({ value, word }: Judgement): Shown => value ?? word;

/** What is judged: a trace, or one span of it. */
export interface Target {
  trace_id: string;
  span_id?: string;
}

interface Done {
  target: Target;
  name: string;
  before: Judgement;
}

const MOST_UNDO = 200;

/** Where what was given under a name for a target stands. */
export const givenKey = (name: string, { trace_id, span_id }: Target) =>
  `${name}\n${trace_id}/${span_id ?? ""}`;

/** A judgement as far as a list knows it. */
export const judgementOf = (shown: Shown | undefined): Judgement => ({
  value: typeof shown === "number" ? shown : null,
  word: typeof shown === "string" ? shown : null,
  comment: null,
});

/**
 * Judge traces one after the other. What was given shows at once; when the server refuses it, it is taken back
 * and said. Undo gives back what was there before, one judgement after the other.
 */
export function useScoring(name: string) {
  const [given, setGiven] = useState<ReadonlyMap<string, Judgement>>(new Map());
  const done = useRef<Done[]>([]);

  const put = useCallback((key: string, judgement: Judgement | undefined) => {
    setGiven((all) => {
      const next = new Map(all);
      if (judgement) next.set(key, judgement);
      else next.delete(key);
      return next;
    });
  }, []);

  const write = async (target: Target, under: string, judgement: Judgement) => {
    const key = givenKey(under, target);
    const before = given.get(key);
    put(key, judgement);
    const { value, word, comment } = judgement;
    try {
      await writeScore({ ...target, name: under, value, label: word, comment });
      return true;
    } catch (error) {
      put(key, before);
      toast(error instanceof Error ? error.message : String(error), { tone: "bad" });
      return false;
    }
  };

  return {
    /** What was given here, by `givenKey`. */
    given,
    of: (target: Target): Judgement | undefined => given.get(givenKey(name, target)),
    /** Judge. `before` is what was there, for undo. */
    give: (target: Target, judgement: Judgement, before: Judgement = NO_JUDGEMENT) => {
      done.current = [...done.current.slice(1 - MOST_UNDO), { target, name, before }];
      return write(target, name, judgement);
    },
    /** Take back the last judgement. Gives what it was about; null where there is none. */
    undo: async (): Promise<Target | null> => {
      const last = done.current.pop();
      if (!last) return null;
      await write(last.target, last.name, last.before);
      return last.target;
    },
    canUndo: () => done.current.length > 0,
  };
}

export type Scoring = ReturnType<typeof useScoring>;
