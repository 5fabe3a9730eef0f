#!/bin/sh
# The AWS CLI against `trainstate serve`: create, wait for the end, stop, list, delete.
#   pip install awscli
#   sh awscli.sh http://127.0.0.1:4599
set -eu
endpoint="${1:-http://127.0.0.1:4599}"
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true
prefix="cli-$$"

sm() {
    "${AWS:-aws}" --endpoint-url "$endpoint" --output text sagemaker "$@"
}

create() {
    sm create-training-job --training-job-name "$1" \
        --role-arn arn:aws:iam::123456789012:role/example-role \
        --algorithm-specification TrainingImage=train:1,TrainingInputMode=File \
        --output-data-config S3OutputPath=s3://example-bucket/output \
        --resource-config InstanceType=ml.m5.large,InstanceCount=1,VolumeSizeInGB=30 \
        --stopping-condition MaxRuntimeInSeconds=3600
}

status() {
    sm describe-training-job --training-job-name "$1" --query TrainingJobStatus
}

expect() {
    [ "$2" = "$3" ] || { echo "$1: $2 is not $3" >&2; exit 1; }
    echo "$1: $2"
}

refused() {
    if said=$("$@" 2>&1); then
        echo "expected a refusal of $*" >&2
        exit 1
    fi
    echo "$said"
}

for number in 1 2 3; do create "$prefix-$number" >/dev/null; done
sm stop-training-job --training-job-name "$prefix-3"
# The CLI polls at once and then every 120 seconds.
sleep "${PAUSE:-0}"
sm wait training-job-completed-or-stopped --training-job-name "$prefix-1"
expect waited "$(status "$prefix-1")" Completed
sm wait training-job-completed-or-stopped --training-job-name "$prefix-3"
expect stopped "$(status "$prefix-3")" Stopped
listed=$(sm list-training-jobs --name-contains "$prefix" --page-size 2 \
    --query 'TrainingJobSummaries[].[TrainingJobName]' | wc -l)
expect listed "$((listed))" 3
case $(refused create "$prefix-1") in *ResourceInUse*) echo "created twice: ResourceInUse" ;; *) exit 1 ;; esac
case $(refused status no-such-job) in *"Requested resource not found."*) echo "unknown: refused" ;; *) exit 1 ;; esac
sm delete-training-job --training-job-name "$prefix-1"
echo deleted
