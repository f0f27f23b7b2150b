// Loaded before anything else by `node --import`, so that every library is met by its instrumentation.
import { beginTelemetry } from './tracing.js';

beginTelemetry(process.env['OTEL_SERVICE_NAME'] ?? 'yiditong');
