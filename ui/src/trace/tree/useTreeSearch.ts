import { useEffect, useMemo, useState } from "react";
import { type Matches, searchNames, withFound } from "../model/search";
import type { Tree } from "../model/tree";

export interface TreeSearch {
  readonly text: string;
  readonly matches: Matches;
  /** Whether the server is still looking at contents. */
  readonly pending: boolean;
  setText: (text: string) => void;
}

const WAIT_MS = 250;
const NOTHING: string[] = [];

/** Search names at once, and contents by `find` once the user stops typing. */
export function useTreeSearch(tree: Tree, find?: (text: string) => Promise<string[]>): TreeSearch {
  const [text, setText] = useState("");
  const [found, setFound] = useState({ text: "", spanIds: NOTHING });
  const wanted = text.trim();
  useEffect(() => {
    if (!find || wanted.length < 2) return;
    let stale = false;
    const timer = setTimeout(async () => {
      const spanIds = await find(wanted).catch(() => NOTHING);
      if (!stale) setFound({ text: wanted, spanIds });
    }, WAIT_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [find, wanted]);
  const named = useMemo(() => searchNames(tree, wanted), [tree, wanted]);
  const current = found.text === wanted;
  const matches = useMemo(
    () => withFound(tree, named, current ? found.spanIds : NOTHING),
    [tree, named, current, found.spanIds],
  );
  return { text, matches, pending: find !== undefined && wanted.length >= 2 && !current, setText };
}
