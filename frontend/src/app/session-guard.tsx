import { lazy, Suspense, useEffect, useState } from "react";
import { SIGNED_OUT_EVENT } from "@/api/client";

const SignInAgain = lazy(() =>
  import("@/features/sign-in/sign-in-again").then((module) => ({ default: module.SignInAgain })),
);

/** When the session ended under the person's hands, sign-in comes over the page, which keeps what was typed. */
export function SessionGuard() {
  const [out, setOut] = useState(false);
  useEffect(() => {
    const listen = () => setOut(true);
    window.addEventListener(SIGNED_OUT_EVENT, listen);
    return () => window.removeEventListener(SIGNED_OUT_EVENT, listen);
  }, []);
  if (!out) return null;
  return (
    <Suspense fallback={null}>
      <SignInAgain onDone={() => setOut(false)} />
    </Suspense>
  );
}
