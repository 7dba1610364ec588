import { Navigate } from "@tanstack/react-router";
import { useMe } from "@/access/me";
import { PageMissing } from "@/kit/page-missing";
import { sectionsFor } from "./sections";

/** `/admin` goes to the first page the person may use. */
export function AdminIndex() {
  const [first] = sectionsFor(useMe());
  return first ? <Navigate to={first.path as string} replace /> : <PageMissing />;
}
