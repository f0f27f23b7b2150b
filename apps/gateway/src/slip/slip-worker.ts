import { slipPdf } from './slip-pdf.js';

/** What a thread of SlipPrinter runs. It loads what sets type and nothing that talks to a service. */
export default slipPdf;
