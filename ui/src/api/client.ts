/** A request the server refused, with what it said. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, body: ErrorBody | undefined) {
    super(body?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body?.code ?? "unknown";
    this.hint = body?.hint ?? null;
    this.details = body?.details ?? {};
  }
}

interface ErrorBody {
  code: string;
  message: string;
  hint?: string | null;
  details?: Record<string, unknown> | null;
}

type Params = object;

interface RequestOptions {
  params?: Params;
  body?: unknown;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export const BASE = "/api/v1";

/** The address of a path of the API. Missing and empty parameters are left out; a list repeats its name. */
export function address(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") search.append(name, String(one));
    }
  }
  const text = search.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

/** Ask the API and give the response, or throw an `ApiError`. The browser's cache takes care of ETags. */
export async function request(
  path: string,
  { params, body, method, signal, headers }: RequestOptions = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(path, params), {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, {
      code: "unreachable",
      message: "The PyFlare server does not answer.",
      hint: "Is `pyflare ui` still running?",
    });
  }
  if (!response.ok) throw new ApiError(response.status, await errorBody(response));
  return response;
}

async function errorBody(response: Response): Promise<ErrorBody | undefined> {
  try {
    return ((await response.json()) as { error?: ErrorBody }).error;
  } catch {
    return undefined;
  }
}

/** The JSON answer to a request. */
export async function requestJson<T>(path: string, options?: RequestOptions): Promise<T> {
  const response = await request(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const get = <T>(path: string, params?: Params, signal?: AbortSignal) =>
  requestJson<T>(path, { params, signal });
export const post = <T>(path: string, body: unknown, params?: Params) =>
  requestJson<T>(path, { body, params });
export const put = <T>(path: string, body: unknown) => requestJson<T>(path, { body, method: "PUT" });
export const remove = (path: string) => requestJson<void>(path, { method: "DELETE" });
