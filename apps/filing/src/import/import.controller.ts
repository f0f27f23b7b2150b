import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, uuidField } from '@yiditong/chassis';
import { filingV1 } from '@yiditong/contracts';
import { limitField, regionField, requestIdField } from '../filing/fields.js';
import {
  decodePosition,
  decodeRowCount,
  decodeRows,
  decodeUpload,
  encodeErrors,
  encodeImport,
} from './import.codec.js';
import { ImportService } from './import.service.js';

const MAX_PAGE = 1_000;

@Controller()
@filingV1.FilingImportServiceControllerMethods()
export class ImportController implements filingV1.FilingImportServiceController {
  constructor(private readonly imports: ImportService) {}

  async openImport(request: filingV1.OpenImportRequest, metadata: Metadata): Promise<filingV1.OpenImportResponse> {
    const [requestId, insuredRegion] = [requestIdField(request.requestId), regionField(request.insuredRegion)];
    return { import: encodeImport(await this.imports.open(actorOf(metadata), requestId, insuredRegion)) };
  }

  async stageRows(request: filingV1.StageRowsRequest, metadata: Metadata): Promise<filingV1.StageRowsResponse> {
    const rows = decodeRows(request.rows);
    const upload = decodeUpload(request);
    return { import: encodeImport(await this.imports.stage(actorOf(metadata), upload, request.header, rows)) };
  }

  async completeImport(
    request: filingV1.CompleteImportRequest,
    metadata: Metadata,
  ): Promise<filingV1.CompleteImportResponse> {
    const rows = decodeRowCount(request.rows);
    return { import: encodeImport(await this.imports.complete(actorOf(metadata), decodeUpload(request), rows)) };
  }

  async applyImport(request: filingV1.ApplyImportRequest, metadata: Metadata): Promise<filingV1.ApplyImportResponse> {
    return { import: encodeImport(await this.imports.apply(actorOf(metadata), idOf(request))) };
  }

  async discardImport(
    request: filingV1.DiscardImportRequest,
    metadata: Metadata,
  ): Promise<filingV1.DiscardImportResponse> {
    return { import: encodeImport(await this.imports.discard(actorOf(metadata), idOf(request))) };
  }

  async getImport(request: filingV1.GetImportRequest, metadata: Metadata): Promise<filingV1.GetImportResponse> {
    return { import: encodeImport(await this.imports.get(actorOf(metadata), idOf(request))) };
  }

  async listImportErrors(
    request: filingV1.ListImportErrorsRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListImportErrorsResponse> {
    const limit = limitField(request.limit, MAX_PAGE);
    const after = decodePosition(request.after);
    return encodeErrors(await this.imports.errors(actorOf(metadata), idOf(request), after, limit), limit);
  }
}

function idOf({ importId }: { readonly importId: string }): string {
  return uuidField(importId, 'import_id');
}
