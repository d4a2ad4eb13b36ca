import { createRootRoute, createRoute, createRouter, retainSearchParams } from "@tanstack/react-router";
import { SCREENS, type Screen } from "@/screens/registry";
import { readScope, SCOPE_KEYS, type Scope } from "@/state/scope";
import { NotFound } from "./NotFound";
import { ScreenFrame } from "./ScreenFrame";
import { Shell } from "./Shell";
import { parseSearch, stringifySearch } from "./search";

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: (search: Record<string, unknown>): Scope => readScope(search),
  search: { middlewares: [retainSearchParams<Scope>([...SCOPE_KEYS])] },
});

const routeOf = (screen: Screen) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path: screen.path,
    component: () => <ScreenFrame screen={screen} />,
    loader: ({ location }) => screen.early?.(readScope(location.search)),
    ...(screen.validateSearch ? { validateSearch: screen.validateSearch } : {}),
  });

/** Routes made from the folders in `screens/`: a new screen touches no other file. */
export const router = createRouter({
  routeTree: rootRoute.addChildren(SCREENS.map(routeOf)),
  parseSearch,
  stringifySearch,
  scrollRestoration: false,
});
