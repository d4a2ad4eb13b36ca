import { useQuery } from "@tanstack/react-query";
import { get } from "./client";

export interface Service {
  name: string;
}

/** The services that sent anything. */
export function useServices() {
  return useQuery({
    queryKey: ["services"],
    queryFn: ({ signal }) => get<{ services: Service[] }>("/services", {}, signal),
    select: (answer) => answer.services,
    staleTime: 60_000,
  });
}
