import type { FieldRow } from '@/lib/views/trace-steps';

/** The packet as it came to a step and as it left it; what the step changed stands out. */
export function PacketFields({ host, fields }: { host: string; fields: readonly FieldRow[] }) {
  if (fields.length === 0)
    return (
      <p className="pb-1 pl-[70px] font-sans text-2xs text-muted">
        Here a program on {host} holds the request; no packet is on its way.
      </p>
    );
  return (
    <table className="mb-1 ml-[70px] border-collapse text-2xs leading-[1.55]">
      <caption className="sr-only">The packet at {host}</caption>
      <thead>
        <tr className="text-left text-faint">
          <th scope="col" className="pr-3 font-normal">
            packet
          </th>
          <th scope="col" className="pr-3 font-normal">
            before
          </th>
          <th scope="col" className="font-normal">
            after
          </th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, before, after, changed }) => (
          <tr key={name} data-changed={changed} className={changed ? 'text-text' : 'text-faint'}>
            <th scope="row" className="pr-3 text-left font-normal">
              {name}
            </th>
            {changed ? (
              <>
                <td className="pr-3">{before}</td>
                <td className="font-semibold text-selected">
                  <span aria-hidden="true">→ </span>
                  {after}
                </td>
              </>
            ) : (
              <td colSpan={2}>
                {before}
                <span className="sr-only"> before and after</span>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
