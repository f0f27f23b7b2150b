/** The gRPC statuses that a reason may travel as. */
export type RpcStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** How one reason is carried between services, shown at the edge, and put into words. */
export type ReasonEntry = { readonly rpc: RpcStatus; readonly http: number; readonly zh: string; readonly en: string };

export function entry(rpc: RpcStatus, http: number, zh: string, en: string): ReasonEntry {
  return { rpc, http, zh, en };
}
