import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery } from "@/access/me";
import { ApiError } from "@/api/client";
import { queryClient } from "@/api/query-client";
import { PageMissing } from "@/kit/page-missing";
import { SkeletonPage } from "@/kit/skeleton";
import { PageError } from "./page-error";
import { parseSearch, stringifySearch } from "./search-params";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ location, context }) => {
    let owed: string | undefined;
    try {
      owed = (await context.queryClient.ensureQueryData(meQuery)).owes[0];
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (error.problem.setup_open) throw redirect({ to: "/setup" });
      const next = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/login", search: next ? { next } : {} });
    }
    if (owed && location.pathname !== "/me") throw redirect({ to: "/me", hash: owed });
  },
  component: lazyRouteComponent(() => import("./shell"), "Shell"),
});

const parent = { getParentRoute: () => signedIn };
const admin = createRoute({
  ...parent,
  path: "/admin",
  component: lazyRouteComponent(() => import("@/features/admin/admin-layout"), "AdminLayout"),
});
const adminPages = [
  createRoute({
    getParentRoute: () => admin,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/admin/admin-index"), "AdminIndex"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/exposed",
    component: lazyRouteComponent(() => import("@/features/privacy/exposed-page"), "ExposedPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/personal-data",
    component: lazyRouteComponent(() => import("@/features/privacy/inventory-page"), "InventoryPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/tokens",
    component: lazyRouteComponent(() => import("@/features/admin/tokens-page"), "TokensPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/separation",
    component: lazyRouteComponent(() => import("@/features/admin/separation-page"), "SeparationPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/mail",
    component: lazyRouteComponent(() => import("@/features/mail/mail-page"), "MailPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/safety",
    component: lazyRouteComponent(() => import("@/features/safety/safety-page"), "SafetyPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/parked-jobs",
    component: lazyRouteComponent(() => import("@/features/parked/parked-page"), "ParkedPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/webhooks",
    component: lazyRouteComponent(() => import("@/features/webhooks/webhooks-page"), "WebhooksPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/users",
    component: lazyRouteComponent(() => import("@/features/admin/users-page"), "UsersPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/departments",
    component: lazyRouteComponent(() => import("@/features/admin/departments-page"), "DepartmentsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/roles",
    component: lazyRouteComponent(() => import("@/features/admin/roles-page"), "RolesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/teams",
    component: lazyRouteComponent(() => import("@/features/admin/teams-page"), "TeamsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/pools",
    component: lazyRouteComponent(() => import("@/features/admin/pools-page"), "PoolsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/recycling",
    component: lazyRouteComponent(() => import("@/features/recycling/recycling-page"), "RecyclingPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/pipelines",
    component: lazyRouteComponent(() => import("@/features/sales/pipelines-page"), "PipelinesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/lead-rules",
    component: lazyRouteComponent(() => import("@/features/sales/lead-rules-page"), "LeadRulesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/web-forms",
    component: lazyRouteComponent(() => import("@/features/sales/web-forms-page"), "WebFormsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/fields",
    component: lazyRouteComponent(() => import("@/features/fields/fields-page"), "FieldsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/dictionaries",
    component: lazyRouteComponent(() => import("@/features/admin/dictionaries-page"), "DictionariesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/parameters",
    component: lazyRouteComponent(() => import("@/features/admin/parameters-page"), "ParametersPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/explain",
    component: lazyRouteComponent(() => import("@/features/admin/explain-page"), "ExplainPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/exports",
    component: lazyRouteComponent(() => import("@/features/exports/exports-page"), "ExportsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/reveals",
    component: lazyRouteComponent(() => import("@/features/admin/reveals-page"), "RevealsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/audit",
    component: lazyRouteComponent(() => import("@/features/admin/audit-page"), "AuditPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/views",
    component: lazyRouteComponent(() => import("@/features/admin/default-views-page"), "DefaultViewsPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/home-pages",
    component: lazyRouteComponent(() => import("@/features/home/roles-page"), "HomeRolesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/duplicates",
    component: lazyRouteComponent(() => import("@/features/duplicates/rules-page"), "RulesPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/guide",
    component: lazyRouteComponent(() => import("@/features/guide/guide-page"), "GuidePage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/$object",
    component: lazyRouteComponent(() => import("@/features/admin/object-page"), "AdminObjectPage"),
  }),
];

const objectPages = () => import("./object-routes");

const routeTree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/login",
    validateSearch: (search: Record<string, unknown>): { next?: string } =>
      typeof search.next === "string" && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
    component: lazyRouteComponent(() => import("@/features/sign-in/sign-in-page"), "SignInPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/setup",
    component: lazyRouteComponent(() => import("@/features/sign-in/setup-page"), "SetupPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/set-password",
    component: lazyRouteComponent(() => import("@/features/sign-in/set-password-page"), "SetPasswordPage"),
  }),
  signedIn.addChildren([
    createRoute({
      ...parent,
      path: "/",
      component: lazyRouteComponent(() => import("@/features/home/home-page"), "HomePage"),
    }),
    createRoute({
      ...parent,
      path: "/analysis",
      component: lazyRouteComponent(() => import("@/features/analysis/analysis-page"), "AnalysisPage"),
    }),
    createRoute({
      ...parent,
      path: "/manager", // where the page of managers was
      beforeLoad: () => {
        throw redirect({ to: "/analysis", replace: true });
      },
    }),
    createRoute({
      ...parent,
      path: "/worklist",
      component: lazyRouteComponent(() => import("@/features/worklist/worklist-page"), "WorklistPage"),
    }),
    createRoute({
      ...parent,
      path: "/calendar",
      component: lazyRouteComponent(() => import("@/features/calendar/calendar-page"), "CalendarPage"),
    }),
    createRoute({
      ...parent,
      path: "/care",
      component: lazyRouteComponent(() => import("@/features/care/care-page"), "CarePage"),
    }),
    createRoute({
      ...parent,
      path: "/measures",
      component: lazyRouteComponent(() => import("@/features/care/measures-page"), "MeasuresPage"),
    }),
    createRoute({
      ...parent,
      path: "/account-year",
      component: lazyRouteComponent(() => import("@/features/care/account-year-page"), "AccountYearPage"),
    }),
    createRoute({
      ...parent,
      path: "/day-reports",
      component: lazyRouteComponent(() => import("@/features/reports/reports-page"), "ReportsPage"),
    }),
    createRoute({
      ...parent,
      path: "/me",
      component: lazyRouteComponent(() => import("@/features/me/me-page"), "MePage"),
    }),
    createRoute({
      ...parent,
      path: "/jobs",
      component: lazyRouteComponent(() => import("@/features/jobs/jobs-page"), "JobsPage"),
    }),
    createRoute({
      ...parent,
      path: "/outbox",
      component: lazyRouteComponent(() => import("@/features/outbox/outbox-page"), "OutboxPage"),
    }),
    createRoute({
      ...parent,
      path: "/exports",
      component: lazyRouteComponent(() => import("@/features/exports/exports-page"), "ExportsPage"),
    }),
    createRoute({
      ...parent,
      path: "/operations",
      component: lazyRouteComponent(() => import("@/features/operations/operations-page"), "OperationsPage"),
    }),
    createRoute({
      ...parent,
      path: "/bin",
      component: lazyRouteComponent(() => import("@/features/bin/bin-page"), "BinPage"),
    }),
    createRoute({
      ...parent,
      path: "/quality",
      component: lazyRouteComponent(() => import("@/features/quality/quality-page"), "QualityPage"),
    }),
    createRoute({
      ...parent,
      path: "/duplicates",
      component: lazyRouteComponent(() => import("@/features/duplicates/queue-page"), "QueuePage"),
    }),
    createRoute({
      ...parent,
      path: "/duplicates/compare",
      component: lazyRouteComponent(() => import("@/features/duplicates/compare-page"), "ComparePage"),
    }),
    createRoute({
      ...parent,
      path: "/pool",
      component: lazyRouteComponent(() => import("@/features/pool/pool-page"), "PoolPage"),
    }),
    createRoute({
      ...parent,
      path: "/pool/$id",
      component: lazyRouteComponent(() => import("@/features/pool/board-page"), "BoardPage"),
    }),
    createRoute({
      ...parent,
      path: "/segments",
      component: lazyRouteComponent(() => import("@/features/segments/segments-page"), "SegmentsPage"),
    }),
    createRoute({
      ...parent,
      path: "/segments/$id",
      component: lazyRouteComponent(() => import("@/features/segments/segment-page"), "SegmentPage"),
    }),
    admin.addChildren(adminPages),
    createRoute({ ...parent, path: "/$object", component: lazyRouteComponent(objectPages, "ListRoute") }),
    createRoute({
      ...parent,
      path: "/$object/board",
      component: lazyRouteComponent(objectPages, "ListRoute"),
    }),
    createRoute({
      ...parent,
      path: "/$object/import",
      component: lazyRouteComponent(objectPages, "ImportRoute"),
    }),
    createRoute({
      ...parent,
      path: "/$object/$id",
      component: lazyRouteComponent(objectPages, "DetailRoute"),
    }),
  ]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingComponent: SkeletonPage,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
  scrollRestoration: true,
  parseSearch,
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
