import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";

const SETTLE_MS = 120;

/**
 * The chosen span: at once for the tree, and a moment later, when the user has stopped moving, in the address
 * and for what has to be fetched.
 */
export function useSelectedSpan(first: string | undefined) {
  const given = (useSearch({ strict: false }) as { span?: string }).span;
  const navigate = useNavigate();
  const [chosen, setChosen] = useState(given);
  const [settled, setSettled] = useState(given);
  const written = useRef(given);
  useEffect(() => {
    if (given === written.current) return;
    written.current = given;
    setChosen(given);
    setSettled(given);
  }, [given]);
  useEffect(() => {
    if (chosen === undefined || chosen === written.current) return;
    const timer = setTimeout(() => {
      written.current = chosen;
      setSettled(chosen);
      void navigate({ to: ".", search: (before: object) => ({ ...before, span: chosen }), replace: true });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [chosen, navigate]);
  const select = useCallback((spanId: string) => setChosen(spanId), []);
  return { spanId: chosen ?? first, settledId: settled ?? first, select };
}
