// Placeholder until the object screens arrive.
type ObjectPageProps = { object: string };

export function ObjectListPage({ object }: ObjectPageProps) {
  return <div>{object}</div>;
}

export function ObjectDetailPage({ object, id }: ObjectPageProps & { id: string }) {
  return (
    <div>
      {object} {id}
    </div>
  );
}

export function ImportPage({ object }: ObjectPageProps) {
  return <div>{object}</div>;
}
