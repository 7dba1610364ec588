import { lazy, Suspense } from "react";
import type { SidePanelProps } from "./side-panel-drawer";

const SidePanelDrawer = lazy(() =>
  import("./side-panel-drawer").then((module) => ({ default: module.SidePanelDrawer })),
);

/** A panel from the right; the full screen on a phone. Loaded with its first use. */
export function SidePanel(props: SidePanelProps) {
  if (!props.open && !props.keepMounted) return null;
  return (
    <Suspense fallback={null}>
      <SidePanelDrawer {...props} />
    </Suspense>
  );
}
