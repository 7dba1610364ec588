import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMe } from "@/access/me";
import type { Whose } from "./queries";

export const TEAM = "team";

/** Whose records a page of one's day shows, as the address says: one's own, a colleague's (`person`), everybody's in one's charge (`team`). */
export function useWhose() {
  const me = useMe();
  const navigate = useNavigate();
  const search: { person?: string; team?: string } = useSearch({ strict: false });
  const team = search.team === "1";
  const person = search.person && search.person !== me.id ? search.person : undefined;
  const whose: Whose = { person, team };
  return {
    whose,
    team,
    own: !team && !person,
    value: team ? TEAM : (person ?? me.id),
    pick: (value: string) =>
      void navigate({
        to: ".",
        search: ((old: object) => ({
          ...old,
          team: value === TEAM ? "1" : undefined,
          person: value === TEAM || value === me.id ? undefined : value,
        })) as never,
        replace: true,
      }),
  };
}
