import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { splitPath } from "./app-link";

/** Goes to an in-app address given as one text (from the server, a command, a message). */
export function useGo(): (path: string) => void {
  const router = useRouter();
  return useCallback(
    (path) => {
      const { to, search } = splitPath(path);
      void router.navigate({ to, search: search as never });
    },
    [router],
  );
}
