import { useParams } from "@tanstack/react-router";
import { ObjectListPage } from "@/objects/pages";

/** Administered kinds of record without a page of their own (pools, pipelines): the list they declare. */
export function AdminObjectPage() {
  const { object = "" } = useParams({ strict: false });
  return <ObjectListPage key={object} object={object} />;
}
