import type { LucideIcon } from "lucide-react";
import type { ComponentType, LazyExoticComponent } from "react";
import type { Scope } from "@/state/scope";

/** What a folder in `screens/` says about itself in `screen.tsx`, as its default export. */
export interface Screen {
  id: string;
  /** As the router writes paths: `/traces`, `/traces/$traceId`, `/sessions/{-$sessionId}` for an optional part. */
  path: string;
  title: string;
  icon: LucideIcon;
  /** Where it stands in the navigation, small first. */
  order: number;
  /** The key after `g` that goes there. */
  hotkey?: string;
  /** Whether the navigation lists it. */
  nav: boolean;
  /** The id of the screen that is marked in the navigation while this one shows. */
  under?: string;
  /** Whether the top bar offers time range, service and environment. On unless false; `range` is the time alone. */
  scoped?: boolean | "range";
  component: LazyExoticComponent<ComponentType>;
  /** Called on the way to the screen, before it is drawn: load its code and ask for its data. Must not wait or throw. */
  early?: (scope: Scope) => void;
  /** Keep and check the screen's own search parameters; all come as text. The scope's are kept by the shell. */
  validateSearch?: (search: Record<string, unknown>) => Record<string, unknown>;
}

const modules = import.meta.glob<{ default: Screen }>("./*/screen.tsx", { eager: true });

/** All screens, found by their folders. */
export const SCREENS: readonly Screen[] = Object.values(modules)
  .map((module) => module.default)
  .sort((a, b) => a.order - b.order);
