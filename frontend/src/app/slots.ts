/** What features add to the screens of kinds of record, each loaded when first shown. */
import { lazy } from "react";
import { addAside, addDialog } from "@/objects/slots";

addAside(
  "opportunities",
  lazy(async () => ({ default: (await import("@/features/sales/checklist-card")).ChecklistCard })),
);
addAside(
  "leads",
  lazy(async () => ({ default: (await import("@/features/sales/score-card")).ScoreCard })),
);
addDialog(
  "leads",
  "convert",
  lazy(async () => ({ default: (await import("@/features/sales/convert-dialog")).ConvertDialog })),
);
addAside(
  "subject-requests",
  lazy(async () => ({ default: (await import("@/features/privacy/request-card")).RequestCard })),
);
