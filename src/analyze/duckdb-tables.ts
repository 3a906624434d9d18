/** Tables as they are written; rows of one id may come several times. */
export const WRITTEN_TABLES = {
  samples: ['profile BIGINT', 'stack BIGINT', 'labels BIGINT', 'value BIGINT'],
  written_profiles: ['id BIGINT', 'time BIGINT', 'unit VARCHAR', 'resource VARCHAR', 'file VARCHAR'],
  written_resources: ['id BIGINT', 'name VARCHAR', 'text VARCHAR'],
  written_labels: ['id BIGINT', 'name VARCHAR', 'text VARCHAR'],
  written_frames: ['id BIGINT', 'name VARCHAR', 'file VARCHAR', 'line INTEGER'],
  written_stack_frames: ['stack BIGINT', 'position BIGINT', 'frame BIGINT'],
} as const;

export type WrittenTable = keyof typeof WRITTEN_TABLES;

/** Made of those when all is written: each row once. */
export const FINAL_TABLES = ['profiles', 'resources', 'labels', 'frames', 'stack_frames'] as const;
