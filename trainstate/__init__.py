"""A formal state machine of the life of an Amazon SageMaker training job."""
