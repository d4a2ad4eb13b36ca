/** What can be ranked, and what it means when there is nothing of it. */
export const DIMENSIONS: Readonly<Record<string, { title: string; none: string }>> = {
  model: { title: "Models", none: "No model was called." },
  provider: { title: "Providers", none: "No provider was called." },
  error: { title: "Errors", none: "Nothing failed." },
  user: { title: "Users", none: "No trace names its user: pass user_id when you trace." },
  service: { title: "Services", none: "No trace names its service." },
  environment: { title: "Environments", none: "No trace names its environment." },
  feature: { title: "Features", none: "No trace names its feature." },
  team: { title: "Teams", none: "No trace names its team." },
  name: { title: "Operations", none: "There are no traces." },
  tool: { title: "Tools", none: "No tool was called." },
  agent: { title: "Agents", none: "No agent ran." },
};
