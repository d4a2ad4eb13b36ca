import { Link } from "@tanstack/react-router";
import { quoted } from "@/state/scope";

type Field = "service" | "user" | "session" | "model" | "tag" | "environment";

/** A value of the header that leads to all traces that have it; a session to its conversation. */
export function FactLink({ field, value }: { field: Field; value: string }) {
  if (field === "session") {
    return (
      <Link to="/sessions/$sessionId" params={{ sessionId: value } as never}>
        {value}
      </Link>
    );
  }
  return (
    <Link to="/traces" search={{ filter: `${field} = ${quoted(value)}` } as never}>
      {value}
    </Link>
  );
}
