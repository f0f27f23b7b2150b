import { Injectable } from '@nestjs/common';
import { ConflictService } from '../conflict/conflict.service.js';
import { ImageService } from '../image/image.service.js';

/**
 * Tells the background work of this process of a publication, once it is committed. It only saves waiting: what there is to do stands in
 * the database, where other processes find it too.
 */
@Injectable()
export class AfterPublicationService {
  constructor(
    private readonly images: ImageService,
    private readonly conflicts: ConflictService,
  ) {}

  published(): void {
    this.images.refreshSoon();
    this.conflicts.nudge();
  }
}
