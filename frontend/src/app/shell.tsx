import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { usePending } from "@/kit/take-back";
import { useHotkey } from "@/kit/use-hotkey";
import { useIsPhone } from "@/kit/use-is-phone";
import { CreateHost } from "./create-host";
import { OfflineBar } from "./offline-bar";
import { usePersonalSettings } from "./personal-settings";
import { SessionGuard } from "./session-guard";
import styles from "./shell.module.css";
import { Sidebar } from "./sidebar";
import { TabBar } from "./tab-bar";
import { TopBar } from "./top-bar";
import { useOutbox } from "./use-outbox";
import { usePageTitle } from "./use-page-title";
import { useShortcuts } from "./use-shortcuts";
import { useStream } from "./use-stream";
import { ViewingBar } from "./viewing-bar";

const Palette = lazy(() => import("@/features/palette/palette").then((m) => ({ default: m.Palette })));
const KeyboardHelp = lazy(() =>
  import("@/features/palette/keyboard-help").then((m) => ({ default: m.KeyboardHelp })),
);
const NotificationPanel = lazy(() =>
  import("@/features/notifications/notification-panel").then((m) => ({ default: m.NotificationPanel })),
);
const TakeBackDialog = lazy(() =>
  import("@/kit/take-back-dialog").then((m) => ({ default: m.TakeBackDialog })),
);
const NavDrawer = lazy(() => import("./nav-drawer").then((m) => ({ default: m.NavDrawer })));

export type Overlay = "palette" | "create" | "help" | "notifications" | "nav" | null;

export function Shell() {
  const t = useT();
  const me = useMe();
  const phone = useIsPhone();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  const close = () => setOverlay(null);
  const pending = usePending();

  usePersonalSettings(me);
  useStream();
  useOutbox(me.id);
  useShortcuts(setOverlay);
  usePageTitle(me);
  useHotkey("mod+k", () => setOverlay((now) => (now === "palette" ? null : "palette")));

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page is what closes what lay over the old one
  useEffect(() => setOverlay(null), [path]);

  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        {t("nav.skip")}
      </button>
      {phone ? null : <Sidebar />}
      <div className={styles.column}>
        <ViewingBar me={me} />
        <OfflineBar />
        <TopBar me={me} phone={phone} onOpen={setOverlay} />
        <main className={styles.main} id="main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {phone ? <TabBar me={me} onOpen={setOverlay} /> : null}
      <Suspense fallback={null}>
        {overlay === "palette" || overlay === "create" ? (
          <Palette onClose={close} onlyCreate={overlay === "create"} />
        ) : null}
        {pending ? <TakeBackDialog pending={pending} /> : null}
        {overlay === "help" ? <KeyboardHelp onClose={close} /> : null}
        {overlay === "notifications" ? <NotificationPanel onClose={close} /> : null}
        {overlay === "nav" ? <NavDrawer onClose={close} onOpen={setOverlay} /> : null}
      </Suspense>
      <CreateHost />
      <SessionGuard />
    </div>
  );
}
