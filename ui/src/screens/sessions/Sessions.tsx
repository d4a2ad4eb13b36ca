import { useParams } from "@tanstack/react-router";
import { SessionList } from "./SessionList";
import { SessionPage } from "./SessionPage";

/** Conversations: all of them, or one turn by turn. */
export default function Sessions() {
  const { sessionId } = useParams({ strict: false }) as { sessionId?: string };
  return sessionId ? <SessionPage key={sessionId} sessionId={sessionId} /> : <SessionList />;
}
