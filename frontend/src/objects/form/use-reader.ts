import { useMemo } from "react";
import { useMe } from "@/access/me";
import { localTime } from "@/kit/date-time";
import type { Reader } from "../model/condition";

/** Who "me" and which day "today" is, for conditions on a form. */
export function useReader(): Reader {
  const me = useMe().id;
  return useMemo(() => ({ me, today: localTime().format("YYYY-MM-DD") }), [me]);
}
