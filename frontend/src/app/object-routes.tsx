import { useParams } from "@tanstack/react-router";
import { ImportPage, ObjectDetailPage, ObjectListPage } from "@/objects/pages";

// The key makes another object another page: no state of customers leaks into contracts.
export function ListRoute() {
  const { object = "" } = useParams({ strict: false });
  return <ObjectListPage key={object} object={object} />;
}

export function DetailRoute() {
  const { object = "", id = "" } = useParams({ strict: false });
  return <ObjectDetailPage key={`${object}/${id}`} object={object} id={id} />;
}

export function ImportRoute() {
  const { object = "" } = useParams({ strict: false });
  return <ImportPage key={object} object={object} />;
}
