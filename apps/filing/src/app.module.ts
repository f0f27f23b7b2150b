import { Module } from '@nestjs/common';
import { ChassisModule } from '@yiditong/chassis';
import { environment } from './config.js';
import { FilingController } from './filing/filing.controller.js';
import { FilingService } from './filing/filing.service.js';

@Module({
  imports: [ChassisModule.forService('filing', environment)],
  controllers: [FilingController],
  providers: [FilingService],
})
export class AppModule {}
