interface Dimension {
  title: string;
  /** What is counted by it. */
  counted: string;
  /** What it means when there is nothing of it. */
  none: string;
}

const requests = (title: string, none: string): Dimension => ({ title, counted: "Requests", none });
const calls = (title: string, none: string): Dimension => ({ title, counted: "Calls", none });

/** What can be ranked. By model or tool a call counts, by kind and error a span, by all else a request. */
export const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  model: calls("Models", "No model was called."),
  provider: calls("Providers", "No provider was called."),
  tool: calls("Tools", "No tool was called."),
  error: { title: "Errors", counted: "Times", none: "Nothing failed." },
  kind: { title: "Kinds of work", counted: "Spans", none: "No span says what kind of work it is." },
  operation: requests("Operations", "There are no traces."),
  user: requests("Users", "No trace names its user."),
  session: requests("Sessions", "No trace belongs to a session."),
  service: requests("Services", "No trace names its service."),
  environment: requests("Environments", "No trace names its environment."),
  feature: requests("Features", "No trace names its feature."),
  team: requests("Teams", "No trace names its team."),
  tag: requests("Tags", "No trace has a tag."),
};
