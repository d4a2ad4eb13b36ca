import { Suspense, useEffect } from "react";
import { TableSkeleton } from "@/design";
import type { Screen } from "@/screens/registry";
import { ErrorBoundary } from "./ErrorBoundary";

/** One screen in the shell: its title, its waiting state, and a fence around its errors. */
export function ScreenFrame({ screen }: { screen: Screen }) {
  useEffect(() => {
    document.title = `${screen.title} · PyFlare`;
  }, [screen.title]);
  const Component = screen.component;
  return (
    <ErrorBoundary key={screen.id}>
      <Suspense fallback={<TableSkeleton />}>
        <Component />
      </Suspense>
    </ErrorBoundary>
  );
}
