import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, uuidField } from '@yiditong/chassis';
import { catalogueV1 } from '@yiditong/contracts';
import { ConflictReviewService } from './conflict-review.service.js';
import {
  decodeConflictPage,
  decodeOwnerOfConflict,
  decodeResolution,
  encodeConflict,
  encodeConflicts,
  ownProvince,
} from './conflict.codec.js';
import { ConflictService } from './conflict.service.js';

@Controller()
@catalogueV1.CatalogueConflictServiceControllerMethods()
export class ConflictController implements catalogueV1.CatalogueConflictServiceController {
  constructor(
    private readonly conflicts: ConflictService,
    private readonly review: ConflictReviewService,
  ) {}

  async listConflicts(
    request: catalogueV1.ListConflictsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListConflictsResponse> {
    const [actor, page] = [actorOf(metadata), decodeConflictPage(request)];
    ownProvince(actor, request);
    // Asked first: where no scan is under way before it is looked, nothing is missing that one would have found.
    const scanning = await this.conflicts.isScanning(actor);
    return encodeConflicts(await this.review.list(actor, page), page.limit, scanning);
  }

  async scanConflicts(
    request: catalogueV1.ScanConflictsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ScanConflictsResponse> {
    const actor = actorOf(metadata);
    ownProvince(actor, request);
    return this.conflicts.ask(actor);
  }

  async assignConflict(
    request: catalogueV1.AssignConflictRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.AssignConflictResponse> {
    const [actor, owner] = [actorOf(metadata), decodeOwnerOfConflict(request.owner)];
    ownProvince(actor, request);
    return { conflict: encodeConflict(await this.review.assign(actor, idOf(request), owner)) };
  }

  async resolveConflict(
    request: catalogueV1.ResolveConflictRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ResolveConflictResponse> {
    const [actor, said] = [actorOf(metadata), decodeResolution(request)];
    ownProvince(actor, request);
    return { conflict: encodeConflict(await this.review.resolve(actor, idOf(request), said)) };
  }
}

function idOf({ conflictId }: { readonly conflictId: string }): string {
  return uuidField(conflictId, 'conflict_id');
}
