/** What the adapters need of a logger; pino's (Fastify's `app.log`) fits. A static message, and fields beside it. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
