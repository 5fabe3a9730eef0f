// The JavaScript SDK against `trainstate serve`: create, poll to the end, stop, list, delete.
//   npm install @aws-sdk/client-sagemaker
//   node javascript.mjs http://127.0.0.1:4599
import {
  CreateTrainingJobCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  paginateListTrainingJobs,
} from "@aws-sdk/client-sagemaker";

const endpoint = process.argv[2] ?? "http://127.0.0.1:4599";
const client = new SageMakerClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const prefix = `js-${Date.now()}`;
const ended = ["Completed", "Failed", "Stopped"];

const create = (name) =>
  client.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: "arn:aws:iam::123456789012:role/example-role",
      AlgorithmSpecification: { TrainingImage: "train:1", TrainingInputMode: "File" },
      OutputDataConfig: { S3OutputPath: "s3://example-bucket/output" },
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );

const describe = (name) =>
  client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));

async function polled(name) {
  for (;;) {
    const job = await describe(name);
    if (!(job.CreationTime instanceof Date)) throw new Error("CreationTime is no Date");
    if (ended.includes(job.TrainingJobStatus)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a refusal");
}

function expect(what, actual, wanted) {
  if (actual !== wanted) throw new Error(`${what}: ${actual} is not ${wanted}`);
  console.log(`${what}: ${actual}`);
}

for (const number of [1, 2, 3]) await create(`${prefix}-${number}`);
await client.send(new StopTrainingJobCommand({ TrainingJobName: `${prefix}-3` }));
expect("polled", (await polled(`${prefix}-1`)).TrainingJobStatus, "Completed");
expect("stopped", (await polled(`${prefix}-3`)).TrainingJobStatus, "Stopped");

let listed = 0;
let pages = 0;
const input = { NameContains: prefix };
for await (const page of paginateListTrainingJobs({ client, pageSize: 2 }, input)) {
  pages += 1;
  listed += page.TrainingJobSummaries.length;
}
expect("listed", listed, 3);
expect("pages", pages, 2);

const again = await refusal(create(`${prefix}-1`));
expect("created twice", again.name, "ResourceInUse");
const stopped = await refusal(
  client.send(new StopTrainingJobCommand({ TrainingJobName: `${prefix}-1` })),
);
expect("stopped after the end", stopped.name, "ValidationException");
expect("unknown", (await refusal(describe("no-such-job"))).message, "Requested resource not found.");
await client.send(new DeleteTrainingJobCommand({ TrainingJobName: `${prefix}-1` }));
console.log("deleted");
