/** What the router shows. Each page is its own chunk: opening a list does not fetch the import. */
import { lazy } from "react";

export const ObjectListPage = lazy(async () => ({
  default: (await import("./list/list-page")).ObjectListPage,
}));
export const ObjectDetailPage = lazy(async () => ({
  default: (await import("./detail/detail-page")).ObjectDetailPage,
}));
export const ImportPage = lazy(async () => ({ default: (await import("./import/import-page")).ImportPage }));
